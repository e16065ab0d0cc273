interface JSON {
  /** A value that is written as the given JSON text (TC39 JSON.parse source text access, in V8 since 11.4). */
  rawJSON(text: string): { readonly rawJSON: string };
}
