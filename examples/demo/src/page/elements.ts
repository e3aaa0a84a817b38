/** The element for a selector; its absence is a mistake in the page. */
export function find<T extends Element = HTMLElement>(selector: string, root: ParentNode = document): T {
  const element = root.querySelector<T>(selector);
  if (!element) throw new Error(`The page has no ${selector}`);
  return element;
}

/** A copy of what is in a `<template>`. */
export function instantiate(id: string): HTMLElement {
  const { content } = find<HTMLTemplateElement>(`template#${id}`);
  return find('*', content).cloneNode(true) as HTMLElement;
}

export function element<K extends keyof HTMLElementTagNameMap>(
  name: K,
  properties: Partial<HTMLElementTagNameMap[K]> = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const created = Object.assign(document.createElement(name), properties);
  created.append(...children);
  return created;
}
