/** Where the page of a verification session is; its id follows. */
export const identityPagePath = '/identity/verify/'
