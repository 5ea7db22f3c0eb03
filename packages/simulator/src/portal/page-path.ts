/** Where the page of a portal session is; its id follows. */
export const portalPagePath = '/p/session/'
