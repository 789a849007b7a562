// Stands in for Electron's process.parentPort where a utility process runs under plain Node (--import).
process.parentPort = {
  postMessage: (message) => process.send(message),
  on: (_event, listener) => process.on('message', (data) => listener({ data })),
};
