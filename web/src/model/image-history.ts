/** A step of an image's making, as people wrote it. */
export interface BuildStep {
  instruction: string;
  text: string;
}

/** Reads the builder's `CreatedBy`: both the classic one (`/bin/sh -c #(nop) CMD`) and BuildKit's (`RUN /bin/sh -c x # buildkit`). */
export function buildStep(createdBy: string): BuildStep {
  const text = createdBy.replace(/\s+# buildkit$/, '').trim();
  const classic = /^\/bin\/sh -c #\(nop\)\s+(\w+)\s*(.*)$/s.exec(text);
  if (classic) return { instruction: classic[1] ?? '', text: (classic[2] ?? '').trim() };
  const run = /^(?:RUN\s+)?(?:\|\d+\s+.*?)?\/bin\/(?:ba)?sh -c\s+(.*)$/s.exec(text);
  if (run) return { instruction: 'RUN', text: run[1] ?? '' };
  const other = /^([A-Z]+)\s+(.*)$/s.exec(text);
  return other ? { instruction: other[1] ?? '', text: other[2] ?? '' } : { instruction: '', text };
}
