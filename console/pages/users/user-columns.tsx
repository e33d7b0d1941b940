/** What a list of users shows. */
import type { User } from '#contract/user.ts'
import type { Column } from '../../parts/list/column.ts'
import { Enabled, Status } from '../../parts/show/status.tsx'

export const userColumns: readonly Column<User>[] = [
  { id: 'username', title: 'Username', kind: 'text' },
  { id: 'name', title: 'Name', kind: 'text' },
  { id: 'email', title: 'E-mail', kind: 'text' },
  {
    id: 'enabled',
    title: 'Enabled',
    kind: 'flag',
    words: ['Enabled', 'Disabled'],
    render: ({ enabled }) => <Enabled is={enabled} />,
  },
  { id: 'roles', title: 'Roles', kind: 'tags' },
  { id: 'created_at', title: 'Created', kind: 'time' },
  { id: 'given_name', title: 'Given name', kind: 'text', isOptional: true },
  { id: 'family_name', title: 'Family name', kind: 'text', isOptional: true },
  { id: 'email_verified', title: 'E-mail verified', kind: 'flag', isOptional: true },
  { id: 'phone_number', title: 'Phone', kind: 'text', isOptional: true },
  { id: 'locale', title: 'Language', kind: 'text', isOptional: true },
  {
    id: 'must_change_password',
    title: 'Password',
    kind: 'flag',
    isOptional: true,
    render: ({ must_change_password }) => (
      <Status tone={must_change_password ? 'warning' : 'plain'}>
        {must_change_password ? 'To be changed' : 'Final'}
      </Status>
    ),
  },
  { id: 'id', title: 'Subject (sub)', kind: 'code', isOptional: true },
  { id: 'updated_at', title: 'Changed', kind: 'time', isOptional: true },
]
