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
import { ignoreStraySecondTaps } from './ui/double-tap.ts';
import { followView } from './station.ts';

const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no #root');

/** A view that takes longer finds cloth drawn. */
const VIEW_PATIENCE_MS = 300;

startI18n();
ignoreStraySecondTaps(document);
const patience = new Promise((resolve) => void setTimeout(resolve, VIEW_PATIENCE_MS));
// Drawn once: with cloth before it, the picture would wait until the pleats of a whole display are drawn.
void Promise.race([followView(), patience]).then(() =>
  // A page that cannot be drawn leaves the empty document, and that is plain cloth.
  createRoot(root, { onUncaughtError: reportError }).render(
    <StrictMode>
      <Surface location={window.location} />
    </StrictMode>,
  ),
);
