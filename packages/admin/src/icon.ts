import { markOf } from './mark.ts';

/** Two waves: what a tab of the browser shows. */
export const ICON = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><rect width="16" height="16" rx="3" fill="#0b57d0"/><path d="M2.5 6.5c2-2 3.5-2 5.5 0s3.5 2 5.5 0M2.5 10.5c2-2 3.5-2 5.5 0s3.5 2 5.5 0" fill="none" stroke="#fff" stroke-width="1.5" stroke-linecap="round"/></svg>`;

export const iconMark = markOf(ICON);
