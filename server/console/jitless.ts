import { config } from 'zod';

// zod probes for `new Function`, which our CSP reports as a violation even though zod catches the throw.
config({ jitless: true });
