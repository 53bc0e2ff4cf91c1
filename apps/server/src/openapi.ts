import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';

/** OpenAPI at `/api/docs`, JSON at `/api/docs/openapi.json`. */
export function serveOpenApi(app: NestFastifyApplication): void {
  const builder = new DocumentBuilder().setTitle('Rollbook').setVersion('1').addBearerAuth();
  SwaggerModule.setup('api/docs', app, () => SwaggerModule.createDocument(app, builder.build()), { jsonDocumentUrl: 'api/docs/openapi.json' });
}
