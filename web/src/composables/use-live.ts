import { ref } from 'vue';
import { LiveConnection, type LiveState } from '@/client/live';
import { inspectSession } from '@/client/session';
import { useSession } from '@/stores/session';

const state = ref<LiveState>('connecting');
const daemonVersion = ref('');
let connection: LiveConnection | undefined;

/** The page's one live connection; made when somebody is signed in, ended when they sign out. */
export function useLive() {
  const session = useSession();

  /** The daemon turned the connection away: either it restarted, or the session is over. */
  async function onRefused(): Promise<void> {
    try {
      session.enter(await inspectSession());
      connection?.connect();
    } catch {
      // a 401 has signed the page out already; an unreachable daemon is tried again when the window is looked at
      window.addEventListener('focus', () => connection?.connect(), { once: true });
    }
  }

  function connect(): LiveConnection {
    if (connection) return connection;
    connection = new LiveConnection(() => session.token, {
      state: (next) => (state.value = next),
      hello: (version) => (daemonVersion.value = version),
      refused: () => void onRefused(),
    });
    connection.connect();
    return connection;
  }

  function disconnect(): void {
    connection?.disconnect();
    connection = undefined;
    state.value = 'connecting';
  }

  return { state, daemonVersion, connect, disconnect };
}
