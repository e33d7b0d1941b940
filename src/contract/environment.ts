import { layerOperations } from './layer.ts'

export const environments = layerOperations('environment', 'Environment')
export const environmentOperations = Object.values(environments)
