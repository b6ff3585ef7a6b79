export { type Action, type Addresses, addressesBelow, ACTIONS, type Back, type Route } from './addresses.ts';
export { readView, type Shown, SHOWN, type Sort, type View } from './view.ts';
