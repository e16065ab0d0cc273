import { graphDriverContract } from '../testsuite.js';
import { Overlay2Driver } from './driver.js';

graphDriverContract('overlay2', (dataRoot, database) => new Overlay2Driver(dataRoot, database));
