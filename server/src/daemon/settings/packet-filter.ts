import type { PacketFilterConfig } from '../../base/config.js';
import { invalidParameter } from '../../base/errors.js';
import type { Settings } from './flags.js';

/** What the flags say about the host's packet filter and routing. @throws InvalidParameter naming the flag */
export function packetFilterOf(settings: Settings): PacketFilterConfig {
  const ipv4 = settings.iptables !== false;
  return {
    ipv4,
    ipv6: ipv4 && settings.ip6tables !== false,
    forwarding: settings['ip-forward'] !== false,
    guardForwarding: settings['ip-forward-no-drop'] !== true,
    directRouting: settings['allow-direct-routing'] === true,
    acceptMark: acceptMarkOf(settings['bridge-accept-fwmark'] as string | undefined),
  };
}

const ALL_BITS = '0xffffffff';

/** `MARK` or `MARK/MASK`, numbers of 32 bits, decimal or with 0x. */
function acceptMarkOf(text: string | undefined): PacketFilterConfig['acceptMark'] {
  if (!text) return undefined;
  const [mark = '', mask = ALL_BITS, ...rest] = text.split('/');
  const isNumber = (word: string) => /^(0x[0-9a-f]{1,8}|\d{1,10})$/i.test(word) && Number(word) <= Number(ALL_BITS);
  if (!isNumber(mark) || !isNumber(mask) || rest.length > 0)
    throw invalidParameter(`--bridge-accept-fwmark ${text} is not understood: write MARK or MARK/MASK, such as 0x1/0x3`);
  return { mark, mask };
}
