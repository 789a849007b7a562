import '../assets/look/base.css';
import './ui/station.css';
import './ui/controls.css';
import './ui/key-art.css';
import './features/lock/lock.css';
import './features/help/help.css';
import './features/setup/setup.css';
import './features/session/session.css';
import './ui/forced-colors.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { Surface } from './surface.tsx';
import { startI18n } from './i18n/i18n.ts';
import { followView } from './station.ts';

const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no #root');

startI18n();
followView();
// A page that cannot be drawn leaves the empty document, and that is plain cloth.
createRoot(root, { onUncaughtError: reportError }).render(
  <StrictMode>
    <Surface location={window.location} />
  </StrictMode>,
);
