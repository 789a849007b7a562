/** IPC channel of a question or message. */
export const askChannel = (name: string): string => `station:ask:${name}`;
export const tellChannel = (name: string): string => `station:tell:${name}`;
/** From the page of a clinical app: `print` or `download`, what it wants. */
export const WISH_CHANNEL = 'app:wish';
