import type { SVGProps } from 'react';

/** Creates an icon from an SVG path of 24 × 24. Screen readers skip it, so it needs a text beside it. */
export const createIcon = (d: string) => (props: SVGProps<SVGSVGElement>) => (
  <svg
    width="1.25em"
    height="1.25em"
    viewBox="0 0 24 24"
    fill="none"
    stroke="currentColor"
    strokeWidth={1.75}
    strokeLinecap="round"
    strokeLinejoin="round"
    aria-hidden
    focusable={false}
    {...props}
  >
    <path d={d} />
  </svg>
);

export const UsersIcon = createIcon(
  'M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7M3 20v-1.5a5 5 0 0 1 5-5h2a5 5 0 0 1 5 5V20M16 4.5a3.5 3.5 0 0 1 0 6.3M18 14a5 5 0 0 1 3 4.5V20',
);
export const InboxIcon = createIcon('M4 13l2.5-8h11L20 13v6H4zM4 13h4.5l1.5 2.5h4l1.5-2.5H20');
export const LockIcon = createIcon('M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3M12 15v1.5');
export const DotsIcon = createIcon('M12 5.5v.01M12 12v.01M12 18.5v.01');
export const SearchIcon = createIcon('M10.5 17a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13M15.5 15.5L20 20');
export const FilterIcon = createIcon('M4 6h16M7 12h10M10 18h4');
export const PlusIcon = createIcon('M12 5v14M5 12h14');
export const DownloadIcon = createIcon('M12 4v11M7.5 11L12 15.5 16.5 11M5 20h14');
export const ChevronIcon = createIcon('M7 10l5 5 5-5');
export const UpIcon = createIcon('M12 19V5M6 11l6-6 6 6');
export const DownIcon = createIcon('M12 5v14M6 13l6 6 6-6');
export const UnsortedIcon = createIcon('M8 10l4-4 4 4M8 14l4 4 4-4');
export const LanguageIcon = createIcon(
  'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18M3.5 9.5h17M3.5 14.5h17M12 3c-5 5.5-5 12.5 0 18M12 3c5 5.5 5 12.5 0 18',
);
export const AppearanceIcon = createIcon('M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18M12 3v18M12 7.5a4.5 4.5 0 0 1 0 9');
export const PersonIcon = createIcon('M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8M5 20a7 7 0 0 1 14 0');
export const AuditIcon = createIcon('M12 8v4.5l3 2M4.5 9A8 8 0 1 1 4 12.5M4 5v4h4');
export const AccountIcon = createIcon('M5 20V5h9v15M14 10h5v10M3 20h18M8 8.5h3M8 12h3M8 15.5h3');
export const AccountsIcon = createIcon('M4 5h7v6H4zM13 5h7v6h-7zM4 13h7v6H4zM13 13h7v6h-7z');
export const BackIcon = createIcon('M14 6l-6 6 6 6');
export const ForwardIcon = createIcon('M10 6l6 6-6 6');
export const UnsentMailIcon = createIcon('M4 6h16v7M4 6v12h9M4 7l8 6 8-6M16 16l5 5M21 16l-5 5');
export const CopyIcon = createIcon('M9 9h11v11H9zM15 9V4H4v11h5');
export const CopiedIcon = createIcon('M5 12.5l4.5 4.5L19 7.5');
export const ClockIcon = createIcon('M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17M12 7.5V12l3 2');
