import {
  Activity,
  BellRing,
  Boxes,
  CalendarClock,
  Container,
  FileText,
  Gauge,
  HardDrive,
  Layers,
  Network,
  ScrollText,
  Users,
} from '@lucide/vue';
import type { Component } from 'vue';
import { t } from '@/language';

/** The pages of the rail, with the second key of their shortcut (`g c`). */
export const PLACES = [
  { to: '/containers', name: 'containers', icon: Container, key: 'c' },
  { to: '/stacks', name: 'stacks', icon: Layers, key: 's' },
  { to: '/images', name: 'images', icon: Boxes, key: 'i' },
  { to: '/networks', name: 'networks', icon: Network, key: 'n' },
  { to: '/volumes', name: 'volumes', icon: HardDrive, key: 'v' },
  { to: '/host', name: 'host', icon: Gauge, key: 'h' },
  { to: '/logs', name: 'logs', icon: FileText, key: 'l' },
  { to: '/events', name: 'events', icon: Activity, key: 'e' },
  { to: '/alerts', name: 'alerts', icon: BellRing, key: 'a' },
  { to: '/schedules', name: 'schedules', icon: CalendarClock, key: 't' },
  { to: '/users', name: 'users', icon: Users, key: 'u', role: 'admin' },
  { to: '/audit', name: 'audit', icon: ScrollText, key: 'w', role: 'admin' },
] as const satisfies readonly Place[];

export interface Place {
  to: string;
  name:
    'containers' | 'stacks' | 'images' | 'networks' | 'volumes' | 'host' | 'logs' | 'events' | 'alerts' | 'schedules' | 'users' | 'audit';
  icon: Component;
  key: string;
  /** Only for those who have this role everywhere. */
  role?: 'admin';
}

/** The places that somebody with this role everywhere goes to. */
export const placesFor = (role: string | undefined): Place[] => PLACES.filter((place: Place) => !place.role || place.role === role);

/** What a place is called in the language of the page. */
export const placeLabel = ({ name }: Pick<Place, 'name'>): string => t(`places.${name}`);
