import './jitless.ts';
import './console.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { Console } from './console.tsx';
import { followTheme } from './theme.ts';
import { createOverviewFeed } from './overview-feed.ts';

const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no #root');

followTheme();
const feed = createOverviewFeed();
feed.start();
createRoot(root).render(
  <StrictMode>
    <Console feed={feed} />
  </StrictMode>,
);
