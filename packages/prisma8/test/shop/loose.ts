type Model = 'Customer' | 'Order' | 'Product' | 'Note' | 'OrderTotals' | 'ProductTotals' | 'Bought' | 'RegionTotals';
type Link = 'where' | 'select' | 'include' | 'limit' | 'connect' | 'disconnect' | 'all' | 'first';
type Write = `${'create' | 'update' | 'delete'}${'' | 'All' | 'AndCount'}` | 'upsert';

/** Models, their chains and nested writes as JavaScript sees them, in which no types forbid anything. */
export type Loose = Promise<unknown> &
  ((...args: unknown[]) => Loose) & { readonly [Name in 'public' | 'analytics' | Model | Link | Write]: Loose };

/** Past the types of what a client has. */
export function loose(value: object): Loose {
  return value as Loose;
}
