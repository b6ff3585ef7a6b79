/** A method of an instance, whatever it takes and gives. */
export type Method<Instance> = (this: Instance, ...args: unknown[]) => unknown;

/** Makes a method that stands before another one, and calls that. */
export type Wrapper<Instance> = (original: Method<Instance>) => Method<Instance>;

/**
 * Puts methods between instances and their class: the class and its prototype stay as they are, `constructor` is the class's
 * own, and an instance has no property more. There is one layer for each class, so that an instance costs next to nothing.
 */
export class Layers<Instance extends object> {
  readonly #wrappers: ReadonlyMap<string, Wrapper<Instance>>;
  readonly #byPrototype = new WeakMap<object, object>();
  readonly #layers = new WeakSet<object>();

  constructor(wrappers: ReadonlyMap<string, Wrapper<Instance>>) {
    this.#wrappers = wrappers;
  }

  /** Puts the layer under an instance, if it has none; returns the instance. */
  under(instance: Instance): Instance {
    const prototype = Object.getPrototypeOf(instance) as object;
    if (!this.#layers.has(prototype)) Object.setPrototypeOf(instance, this.#over(prototype));
    return instance;
  }

  #over(prototype: object): object {
    const known = this.#byPrototype.get(prototype);
    if (known) return known;
    const layer = Object.create(prototype) as object;
    // Some methods have come with later versions of TypeORM.
    for (const [name, wrapper] of this.#wrappers) {
      if (name in prototype) define(layer, name, wrapper(asOf(prototype, name)));
    }
    this.#byPrototype.set(prototype, layer);
    this.#layers.add(layer);
    return layer;
  }
}

/**
 * The same by properties of the instances: for few methods of many instances with much state, whose prototype JavaScript
 * engines are slow to change. Plain properties, which cost nothing.
 */
export class OwnMethods<Instance extends object> {
  readonly #wrappers: ReadonlyMap<string, Wrapper<Instance>>;
  readonly #byPrototype = new WeakMap<object, readonly (readonly [name: string, method: Method<Instance>])[]>();

  constructor(wrappers: ReadonlyMap<string, Wrapper<Instance>>) {
    this.#wrappers = wrappers;
  }

  /** Gives an instance the methods, if it has none of them; returns the instance. */
  addTo(instance: Instance): Instance {
    const methods = this.#of(Object.getPrototypeOf(instance) as object);
    const properties = instance as Record<string, Method<Instance>>;
    if (methods.some(([name, method]) => properties[name] === method)) return instance;
    for (const [name, method] of methods) {
      // Its maker may have given it one of its own.
      const own = Object.hasOwn(instance, name) ? properties[name] : undefined;
      properties[name] = own ? this.#wrappers.get(name)!(own) : method;
    }
    return instance;
  }

  #of(prototype: object): readonly (readonly [name: string, method: Method<Instance>])[] {
    const known = this.#byPrototype.get(prototype);
    if (known) return known;
    const methods = [...this.#wrappers]
      .filter(([name]) => name in prototype)
      .map(([name, wrapper]) => [name, wrapper(asOf<Instance>(prototype, name))] as const);
    this.#byPrototype.set(prototype, methods);
    return methods;
  }
}

/**
 * Wraps one method of one object, whether the object has it or its class; undone by the function that is returned. It does
 * not show among the object's properties.
 */
export function wrap<T extends object>(object: T, name: string, wrapper: Wrapper<T>): () => void {
  const own = Object.getOwnPropertyDescriptor(object, name);
  const original = own ? (own.value as Method<T>) : asOf<T>(Object.getPrototypeOf(object) as object, name);
  define(object, name, wrapper(original));
  return () => {
    if (own) Object.defineProperty(object, name, own);
    else Reflect.deleteProperty(object, name);
  };
}

/** A method of a prototype as it is when it is called: somebody may trace or replace it later. */
function asOf<T>(prototype: object, name: string): Method<T> {
  return function callThrough(...args) {
    return (prototype as Readonly<Record<string, Method<T>>>)[name]!.apply(this, args);
  };
}

function define(object: object, name: string, value: unknown): void {
  Object.defineProperty(object, name, { value, configurable: true, writable: true });
}
