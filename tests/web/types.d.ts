// What the tests reach into: the viewer's globals, and what the tests themselves note on a page.
export type { Browser, BrowserContext, BrowserContextOptions, CDPSession, Locator, Page } from 'playwright-core';
export type { Api } from './viewer.helpers.mjs';

export interface LaunchOptions {
  webgl?: boolean;
  more?: string[];
}

/** What lasts until the end of a test: a test of node:test, or a bench. */
export interface Lifetime {
  after(end: () => unknown): void;
}

declare global {
  interface Window {
    cornerstone: any;
    cornerstoneTools: any;
    config: any;
    untouched: boolean;
    interactiveAt: number;
    firstImageAt: number;
    imagesAt: Map<string, number>;
    savedMs: number;
    nextMs: number;
    pointerUsed: () => void;
    moves: number[];
  }
}
