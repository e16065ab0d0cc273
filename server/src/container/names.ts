import { randomInt } from 'node:crypto';
import { invalidParameter } from '../base/errors.js';

const words = (text: string) => text.trim().split(/\s+/);

const ADJECTIVES = words(`
  able airy amber ample apt autumn azure bold brave breezy bright brisk calm candid careful cheerful civil clear clever coastal cosy
  crisp curious daring deft dewy eager early earnest easy elegant even fair famous fearless fine fleet fond frank free fresh gentle
  gifted glad golden graceful grand great handy happy hardy hearty honest hopeful humble ideal jolly jovial keen kind lasting leafy
  lively loyal lucid lucky mellow merry mighty mild modest neat nimble noble novel open patient placid plucky polite prime proud
  prudent quick quiet ready robust rosy sandy serene sharp shiny silent silver sleek smart snug solid spry steady stellar sturdy
  sunny sure swift tidy tranquil true trusty upbeat valiant vivid warm watchful wise witty young zealous zesty`);

const SURNAMES = words(`
  abel agnesi ampere archimedes avogadro babbage banach bell bernoulli bessel blackwell bohr boole born bose brahe brunel cantor cauchy
  cavendish chandra colden copernicus coulomb crick curie dalton darwin davy descartes diophantus dirac doppler edison einstein
  erdos euclid euler faraday fermat fermi feynman fibonacci fleming fourier franklin fresnel galileo galois galvani gauss germain
  gibbs goddard godel goodall hamilton hawking heaviside heisenberg hertz herschel hilbert hodgkin hopper hubble humboldt huygens
  hypatia jacobi joliot joule kepler khayyam kirchhoff klein koch kovalevskaya lagrange lamarr laplace lavoisier leavitt leibniz
  lind linnaeus lovelace mach markov maxwell mayer mcclintock meitner mendel mercator mitchell morse nash newton nobel noether
  oersted ohm pascal pasteur pauling planck poincare poisson ptolemy ramanujan raman rayleigh ride riemann ritchie rontgen
  rutherford sagan sanger schrodinger shannon somerville stokes tesla thales turing vaughan volta wallis watt wien wiles wright yalow`);

/** A random name such as `calm_noether`. @param attempt tries so far; later ones add a digit, so that a free name is found */
export function randomName(attempt = 0): string {
  const name = `${ADJECTIVES[randomInt(ADJECTIVES.length)]}_${SURNAMES[randomInt(SURNAMES.length)]}`;
  return attempt > 0 ? `${name}${randomInt(10 ** Math.min(attempt, 9))}` : name;
}

/** A name without its leading slash. @throws InvalidParameter when it has characters that a name must not have */
export function parseName(name: string): string {
  const bare = name.replace(/^\//, '');
  if (/^[a-zA-Z0-9][a-zA-Z0-9_.-]+$/.test(bare)) return bare;
  throw invalidParameter(`Invalid container name (${name}), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed`);
}
