/**
 * In the pages of clinical apps, before any script of theirs, in a world of its own; it exposes nothing.
 * A file dropped on a page would be an upload: the page does not hear of it.
 */
for (const type of ['dragenter', 'dragover', 'drop'] as const) {
  const refuse = (event: DragEvent) => {
    if (!event.dataTransfer?.types.includes('Files')) return;
    event.dataTransfer.dropEffect = 'none';
    event.preventDefault();
    event.stopImmediatePropagation();
  };
  window.addEventListener(type, refuse, { capture: true });
}
