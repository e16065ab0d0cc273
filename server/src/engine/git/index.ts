/** Git repositories: where they are, and what is in them. */
export { checkOut, latestCommit, type CheckedOut } from './check-out.js';
export { checkedRef, isGit, parseGitUrl, readRepository, type GitCredentials, type GitPlace } from './place.js';
