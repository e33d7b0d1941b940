import type { SerializedError } from 'vitest'
import type { Reporter, TestModule } from 'vitest/node'

/**
 * The closing line `N passed, N failed`, alone on its line, for machines that read it. What broke outside a test (a
 * file that cannot be loaded, an unhandled rejection) counts as one failure each; a run that ran nothing fails.
 */
export default class ClosingLine implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly SerializedError[]): void {
    let passed = 0
    let failed = unhandledErrors.length
    for (const module of modules) {
      for (const test of module.children.allTests()) {
        const { state } = test.result()
        if (state === 'passed') passed += 1
        if (state === 'failed') failed += 1
      }
      failed += module.errors().length
      for (const suite of module.children.allSuites()) failed += suite.errors().length
    }
    if (failed > 0 || passed === 0) process.exitCode = 1
    process.stdout.write(`\n${passed} passed, ${failed} failed\n`)
  }
}
