import './messages.ts';
import './texts.ts';
import './rows.ts';
import './servers.ts';
