/** Whether the host of a URL is this computer itself, by its name or a literal address; nothing is resolved. */
export const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(host);
