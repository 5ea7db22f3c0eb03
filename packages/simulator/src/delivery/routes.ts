/** The routes of events, webhook endpoints and event destinations. */
import type { Route } from '../http/route.ts'
import { endpointRoutes } from './endpoint-routes.ts'
import { eventRoutes } from './event-routes.ts'
import { v2Routes } from './v2-routes.ts'

export const deliveryRoutes: readonly Route[] = [...eventRoutes, ...endpointRoutes, ...v2Routes]
