// Lint rules of this project that no ready-made rule covers.

const rawIpc = new Set(['ipcMain', 'ipcRenderer']);
const rawSends = new Set(['send', 'sendToFrame', 'sendSync', 'postMessage']);

/** Messages between processes go through the one contract: main/ipc and preload. */
const noRawIpc = {
  create: (context) => ({
    ImportSpecifier(node) {
      if (node.parent.source.value === 'electron' && rawIpc.has(node.imported.name)) {
        context.report({ node, message: `${node.imported.name} belongs to main/ipc and preload` });
      }
    },
    MemberExpression(node) {
      const owner = node.object.type === 'MemberExpression' ? node.object.property : node.object;
      if (rawIpc.has(node.property.name)) {
        context.report({ node, message: `${node.property.name} belongs to main/ipc and preload` });
      }
      if (rawSends.has(node.property.name) && /^webContents$/i.test(owner.name ?? '')) {
        context.report({ node, message: 'webContents sends belong to main/ipc' });
      }
    },
  }),
};

/** Strictness is not switched off per file. */
const directive = /eslint-disable|oxlint-disable|@ts-ignore|@ts-nocheck|\b(TODO|FIXME)\b/;
const noLintDirectives = {
  create: (context) => ({
    Program() {
      for (const comment of context.sourceCode.getAllComments()) {
        const found = directive.exec(comment.value);
        if (found) context.report({ node: comment, message: `no ${found[0]} in this project` });
      }
    },
  }),
};

export default {
  meta: { name: 'wardlock' },
  rules: { 'no-raw-ipc': noRawIpc, 'no-lint-directives': noLintDirectives },
};
