import { layerOperations } from './layer.ts'

export const applications = layerOperations('application', 'Application')
export const applicationOperations = Object.values(applications)
