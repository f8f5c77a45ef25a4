/** Generated from schemas/ by `npm run generate`; change the schema, not this file. */

/**
 * Credentials of the machines, by the names the site file uses; mode 0600, never in git.
 */
export interface SecretsFile {
  /**
   * One credential.
   */
  [k: string]: {
    /**
     * User name, where the dialect has one.
     */
    user: string;
    /**
     * Password.
     */
    password: string;
  };
}
