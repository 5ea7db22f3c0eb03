/** Where a buyer answers the 3-D Secure challenge of a payment, or of a setup. */
export const paymentChallengePath = '/c/3ds/payment/'
export const setupChallengePath = '/c/3ds/setup/'
