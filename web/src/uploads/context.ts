import { createContext, useContext, useSyncExternalStore } from 'react'
import { newUploadQueue, type UploadQueue } from './queue.ts'
import type { Task } from './task.ts'

/** Stands above the router, so that uploads go on while the pages change. */
export const UploadsContext = createContext<UploadQueue>(newUploadQueue())

export const useUploads = (): UploadQueue => useContext(UploadsContext)

export function useTasks(): readonly Task[] {
  const { subscribe, tasks } = useUploads()
  return useSyncExternalStore(subscribe, tasks)
}
