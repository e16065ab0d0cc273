import { graphDriverContract } from '../testsuite.js';
import { VfsDriver } from './driver.js';

graphDriverContract('vfs', (dataRoot, database) => new VfsDriver(dataRoot, database));
