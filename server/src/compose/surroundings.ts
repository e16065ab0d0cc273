/** What of a container depends on what is there already. */
export interface Surroundings {
  /** ID of the image. */
  readonly image: string;
  /** ID of a container of a service, for those that share its namespaces or volumes. */
  containerOf(service: string): string;
  /** Path on the host of a config's or secret's content. */
  fileOf(kind: 'configs' | 'secrets', key: string): string;
}
