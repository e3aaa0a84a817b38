import './interfaces.ts';
import './extended-interfaces.ts';
import './event-constructors.ts';
import './event-handlers.ts';
import './fetch-conversions.ts';
import './object-identity.ts';
import './installation.ts';
import './permission.ts';
