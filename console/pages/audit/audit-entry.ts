/** Words for what the audit tells. */
import type { listAudit } from '#contract/audit.ts'
import type { RowOf } from '../../parts/list/column.ts'
import { differences, type FieldDifference } from '../../parts/show/difference.tsx'
import { kindName, type ToldObject } from '../../parts/show/object-link.tsx'
import { capital } from '../../parts/show/text.ts'

export type AuditEntry = RowOf<typeof listAudit>

/** `client.revoke_tokens` → `Revoke tokens`. */
export function actionName(action: string): string {
  return capital(action.slice(action.indexOf('.') + 1).replaceAll(/[_-]/g, ' '))
}

/** `Revoke tokens · client shop-web`. */
export function entryName({ action, object_kind, object_name }: AuditEntry): string {
  return `${actionName(action)} · ${kindName(object_kind)} ${object_name}`
}

/** What was changed, field by field; that a change happened at all is said by its moment. */
export function changesOf({ before, after }: AuditEntry): FieldDifference[] {
  return differences(before, after).filter(({ field }) => field !== 'updated_at')
}

/** What it tells of, as links need it. */
export function objectOf(realm: string, entry: AuditEntry): ToldObject {
  const { object_kind: kind, object_id: id, object_name, before, after } = entry
  const slug = kind === 'oauth_server' ? (after?.['slug'] ?? before?.['slug']) : undefined
  return { realm, kind, id, name: typeof slug === 'string' ? slug : object_name }
}
