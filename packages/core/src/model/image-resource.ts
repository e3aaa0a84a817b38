/** https://w3c.github.io/image-resource/#dom-imageresource */
export interface ImageResource {
  src: string;
  sizes?: string;
  type?: string;
  label?: string;
}
