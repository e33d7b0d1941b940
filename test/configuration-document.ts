/** `docs/configuration.md`, made from the one list of settings, so that it cannot say something else than the server does. */
import { SETTINGS, type Setting } from '../src/config.ts'

const HEAD = `# Configuration

Sallyport reads its settings from the environment, once, when it starts. Everything about realms, clients and users is
data and is changed through the management API, never here.

All problems are printed together and the server does not start; a variable that begins with \`SALLYPORT_\` and is not
in this table is one of them. An empty variable counts as unset. What is marked *file* may be given as a file instead:
\`SALLYPORT_MASTER_KEY_FILE=/run/secrets/master-key\`; setting both is a problem, and so is a master key that everybody
on the machine can read.

| variable | default | what it is |
| --- | --- | --- |
`

const FOOT = `
Lists are separated by commas or spaces. A relative path starts at the working directory.

Under Kubernetes a Service named \`sallyport\` injects variables such as \`SALLYPORT_PORT=tcp://…\` and
\`SALLYPORT_SERVICE_HOST\`. These shapes are ignored.
`

export function configurationDocument(): string {
  const rows = Object.entries<Setting>(SETTINGS).map(
    ([name, { standard, about, isSecret }]) =>
      `| \`SALLYPORT_${name}\`${isSecret ? ' (*file*)' : ''} | ${standard} | ${about.replaceAll('|', '\\|')} |`,
  )
  return `${HEAD}${rows.join('\n')}\n${FOOT}`
}
