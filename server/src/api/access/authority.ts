import { Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { forbidden, notFound } from '../../base/errors.js';
import { has, Ownership, ROLE_FOR, type Owner, type Right, type Rights } from '../../engine/access/index.js';
import type { Subject } from '../http/access-rule.js';
import type { Operation } from '../http/document.js';
import type { Authority } from '../http/gate.js';
import type { RequestAuthor } from '../http/requester.js';
import { Deployments } from '../live/deployments.js';
import { TerminalSessions } from '../live/terminals/sessions.js';

type Names = Readonly<Record<string, string | undefined>>;

/** Decides by the documents' rules who may ask for what. */
@Injectable()
export class DocumentAuthority implements Authority {
  constructor(
    private readonly ownership: Ownership,
    private readonly deployments: Deployments,
    private readonly terminals: TerminalSessions,
  ) {}

  check({ id, access }: Operation, request: FastifyRequest, { by, rights }: RequestAuthor): void {
    if (access.who === 'anyone') return;
    if (access.who === 'session') {
      if (by !== 'session') throw forbidden(`${id} is for people who have signed in at the dashboard, not for API tokens`);
      return;
    }
    const { right, of } = access;
    if (of === 'host') this.need(rights.everywhere(right), right, 'for the whole host');
    else if (of === 'any' || of === 'listed') this.need(rights.anywhere(right), right, 'in a project at least');
    else if (!rights.everywhere(right)) this.checkSubject(rights, right, of, names(request));
  }

  /** Whose something is; undefined when there is no such thing. Images are everybody's. */
  ownerOf(subject: Subject, { id, name, kind, series }: Names): Owner | 'everybody' | 'host' | undefined {
    const reference = id ?? name ?? '';
    switch (subject) {
      case 'stack':
        return { project: reference };
      case 'task':
        return this.deployments.ownerOf(reference, this.ownership);
      case 'terminal': {
        const terminal = this.terminals.all().find((each) => each.id === reference);
        return terminal && this.ownership.container(terminal.containerId);
      }
      case 'files':
        if (kind === 'container' || kind === 'volume') return this.ownership[kind](reference);
        return 'everybody';
      case 'series':
        return seriesOwner(series ?? '', this.ownership);
      default:
        return this.ownership[subject](reference);
    }
  }

  private checkSubject(rights: Rights, right: Right, subject: Subject, names: Names): void {
    const owner = this.ownerOf(subject, names);
    const what = `${subject} ${names['id'] ?? names['name'] ?? names['series'] ?? ''}`;
    if (owner === 'host') return this.need(false, right, 'for the whole host');
    // What is not there is the operation's to say, to whoever may look for such things at all.
    if (owner === undefined || owner === 'everybody') return this.need(rights.anywhere(right), right, 'in a project at least');
    if (has(rights, right, owner)) return;
    if (!has(rights, 'view', owner)) throw notFound(missing(subject, names));
    this.need(
      false,
      right,
      owner.project ? `in project ${owner.project}, which ${what} belongs to` : `everywhere: ${what} belongs to no project`,
    );
  }

  private need(had: boolean, right: Right, where: string): void {
    if (!had) throw forbidden(`this needs the role ${ROLE_FOR[right]} ${where}`);
  }
}

/** `container:NAME`, `project:NAME`, or the host's. */
export function seriesOwner(series: string, ownership: Ownership): Owner | 'host' | undefined {
  const [kind, name = ''] = series.split(/:(.*)/s);
  if (kind === 'container') return ownership.container(name);
  return kind === 'project' ? { project: name } : 'host';
}

/** What the operation would say of something that is not there, so that what is hidden cannot be told from it. */
function missing(subject: Subject, { id, name, kind }: Names): string {
  const reference = id ?? name ?? '';
  const place = subject === 'files' ? kind : subject;
  if (place === 'network') return `network ${reference} not found`;
  if (place === 'volume') return `get ${reference}: no such volume`;
  const words: Partial<Record<string, string>> = { exec: 'exec instance', task: 'deployment' };
  return `No such ${words[place ?? ''] ?? place}: ${reference}`;
}

function names(request: FastifyRequest): Names {
  return { ...(request.query as Names), ...(request.params as Names) };
}
