import { Events } from '../../events/events.js';
import { Database } from '../../state/database.js';
import { Images } from '../images.js';
import { LayerBlobs } from '../layer-blobs.js';
import { Layers } from '../layers.js';
import { References } from '../references.js';
import { TarDriver } from './tar-driver.js';

/** The graph on a database and a driver in memory. */
export function testStore() {
  const database = new Database(':memory:');
  const driver = new TarDriver();
  const layers = new Layers(database, driver);
  const references = new References(database);
  const blobs = new LayerBlobs(database, layers);
  const images = new Images(database, layers, references);
  return { database, driver, layers, blobs, references, images, events: new Events() };
}
