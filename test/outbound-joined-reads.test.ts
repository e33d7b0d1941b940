import { expect, test } from 'vitest'
import { JoinedReads } from '#outbound/joined-reads.ts'

/** A read that ends when it is told to; says how often it has begun. */
function reading() {
  const begun: PromiseWithResolvers<string>[] = []
  const read = (): Promise<string> => {
    const one = Promise.withResolvers<string>()
    begun.push(one)
    return one.promise
  }
  return { begun, read }
}

const turn = () => new Promise(setImmediate)

test('a crowd is two reads: nobody gets one that began before they came', async () => {
  const reads = new JoinedReads()
  const { begun, read } = reading()
  const first = reads.get('row', read)
  const crowd = Array.from({ length: 1000 }, () => reads.get('row', read))
  const other = reads.get('another row', async () => 'another')
  expect(begun).toHaveLength(1)
  begun[0]?.resolve('old')
  expect(await first).toBe('old')
  await turn()
  expect(begun).toHaveLength(2)
  const late = reads.get('row', read)
  begun[1]?.resolve('new')
  expect(new Set(await Promise.all(crowd))).toEqual(new Set(['new']))
  await turn()
  begun[2]?.resolve('newest')
  expect([await late, await other, begun.length]).toEqual(['newest', 'another', 3])
})

test('a read that fails fails for those who wait for it, and the next one begins', async () => {
  const reads = new JoinedReads()
  const { begun, read } = reading()
  const failing = reads.get('row', read)
  const next = reads.get('row', read)
  begun[0]?.reject(new Error('the database is away'))
  await expect(failing).rejects.toThrow('the database is away')
  await turn()
  begun[1]?.resolve('back')
  expect(await next).toBe('back')
  await turn()
  const alone = reads.get('row', read)
  expect(begun).toHaveLength(3)
  begun[2]?.resolve('alone')
  expect(await alone).toBe('alone')
})
