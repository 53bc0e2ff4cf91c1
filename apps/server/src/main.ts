import { hello } from '#libs/kernel'; console.log(hello(1));
