/** Where the page of an account link is; the link's id follows. */
export const onboardingPagePath = '/connect/onboard/'
