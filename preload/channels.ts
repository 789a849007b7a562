/** IPC channel of a question or message. */
export const askChannel = (name: string): string => `station:ask:${name}`;
export const tellChannel = (name: string): string => `station:tell:${name}`;
/** From the page of a clinical app, without arguments: it wants to be printed. */
export const PRINT_CHANNEL = 'app:print';
