/** The rows of a long list: those in sight, and as much room above and below as the others would take. */
import { useVirtualizer } from '@tanstack/react-virtual'
import { type ReactNode, useEffect, useRef } from 'react'
import { OneRow, type RowsProps } from './rows.tsx'

/** As list.module.css has it. */
const rowPixels = 37

export function VirtualRows<Row>(props: RowsProps<Row>): ReactNode {
  const { rows, scroller, active } = props
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowPixels,
    overscan: 12,
  })
  const hasMoved = useRef(false)
  useEffect(() => {
    if (hasMoved.current) virtual.scrollToIndex(active)
    hasMoved.current = true
  }, [active, virtual])
  const shown = virtual.getVirtualItems()
  const above = shown[0]?.start ?? 0
  const below = virtual.getTotalSize() - (shown.at(-1)?.end ?? 0)
  return (
    <tbody>
      {above > 0 && <tr aria-hidden style={{ height: above }} />}
      {shown.map(({ index }) => (
        <OneRow key={index} row={rows[index]} index={index} of={props} />
      ))}
      {below > 0 && <tr aria-hidden style={{ height: below }} />}
    </tbody>
  )
}
