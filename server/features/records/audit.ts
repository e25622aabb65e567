import type { Audit, AuditLine } from '../../data/audit.ts';
import type { Page } from '../../data/mongo.ts';
import type { Names } from '../../data/names.ts';

/** The audit with the names of those who acted. */
export const createAuditService = ({ audit, names }: { audit: Audit; names: Names }) => ({
  async list(page: {
    limit: number;
    cursor?: string | undefined;
  }): Promise<Page<AuditLine & { byName?: string | undefined }>> {
    const { items, nextCursor } = await audit.list(page);
    const people = await names.ofPeople([...new Set(items.map(({ by }) => by))]);
    return { items: items.map((line) => ({ ...line, byName: people.get(line.by)?.name })), nextCursor };
  },
});
export type AuditService = ReturnType<typeof createAuditService>;
