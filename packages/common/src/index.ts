export { isLeftClaim, renameToNew } from './files/claim-name.ts';
export { copyDurably, writeDurably } from './files/copy-file.ts';
export { isAboutLinks, linkNew } from './files/link-new.ts';
export { isCopyOf } from './files/own-file.ts';
export { identityOf, openRegularFile } from './files/regular-file.ts';
export { isFileName, isLongName, longestName, nameKey } from './files/same-name.ts';
export {
  irreplaceable,
  irreplaceableAt,
  isNullDevice,
  lookAt,
  specialAtSync,
  specialKindOf,
} from './files/special-file.ts';
export { syncFile, syncFolder } from './files/sync.ts';
export { copyName, isCopyName, WholeFile, type WholeSource } from './files/whole-file.ts';
export { isAlive } from './is-alive.ts';
export { messageOf, reasonOf } from './text/errors.ts';
export { type Failure, failuresIn } from './text/failures.ts';
export { redactText, redactUrl } from './text/redact.ts';
export { harmfulWhenShown, unseenInNames } from './text/unsafe-characters.ts';
