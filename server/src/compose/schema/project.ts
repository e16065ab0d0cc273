import * as f from './field.js';
import { SERVICE } from './service.js';

const fileLike = (what: string): f.Fields => ({
  file: f.text('File with the content.'),
  environment: f.text('Variable with the content.'),
  content: f.text('The content itself.'),
  external: f.boolean('Made outside of the project.'),
  name: f.text(`Name of the ${what}.`),
  labels: f.pairs('Labels.'),
  driver: f.ignored('Where it is kept.', 'it needs a swarm'),
  driver_opts: f.ignored('Options of the driver.', 'it needs a swarm'),
  template_driver: f.ignored('Template driver.', 'it needs a swarm'),
});

/** Keys at the top of a Compose file. */
export const PROJECT: f.Fields = {
  name: f.text('Name of the project.'),
  version: f.ignored('Version of the format.', 'it is obsolete and can go'),
  include: {
    takes: ['strings', 'items'],
    help: 'Further Compose files, each with a folder and variables of its own.',
    fields: {
      path: f.textOrStrings('The file, or files that are merged.'),
      project_directory: f.text('What its relative paths start from.'),
      env_file: f.textOrStrings('Its variables.'),
    },
  },
  services: f.named('What runs.', SERVICE),
  networks: f.named('Networks.', {
    name: f.text('Its whole name.'),
    external: f.boolean('Made outside of the project.'),
    driver: f.text('Driver.', { words: ['bridge', 'macvlan', 'ipvlan'] }),
    driver_opts: f.pairs('Options of the driver.'),
    attachable: f.boolean('Of no meaning without a swarm.'),
    internal: f.boolean('No way out of it.'),
    enable_ipv4: f.boolean('IPv4 addresses.'),
    enable_ipv6: f.boolean('IPv6 addresses.'),
    labels: f.pairs('Labels.'),
    ipam: f.fields('Addresses.', {
      driver: f.text('Who gives them.'),
      config: f.listOf('Subnets.', {
        subnet: f.text('Such as 172.28.0.0/16.'),
        gateway: f.text('Address of the host in it.'),
        ip_range: f.text('Where addresses are taken from.'),
        aux_addresses: f.pairs('Addresses not to be given.'),
      }),
      options: f.pairs('Options.'),
    }),
  }),
  volumes: f.named('Volumes.', {
    name: f.text('Its whole name.'),
    external: f.boolean('Made outside of the project.'),
    driver: f.text('Driver.', { words: ['local'] }),
    driver_opts: f.pairs('Options of the driver.'),
    labels: f.pairs('Labels.'),
  }),
  configs: f.named('Files for services.', fileLike('config')),
  secrets: f.named('Secret files for services.', fileLike('secret')),
  models: f.ignored('Language models.', 'no model runner is there'),
};
