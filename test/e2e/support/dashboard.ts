import type { Browser } from './browser.ts';

/** The menu of whoever is logged in holds the way out. */
const LOGGED_IN = `document.querySelector('[href*="/auth/logout"], [action*="/auth/logout"]') !== null`;

export interface Login {
  readonly user: string;
  readonly password: string;
  readonly domain: string;
}

/** Opens the dashboard at its printed address, logs in as a person would, and ends on the page after the form. */
export async function logIn(browser: Browser, address: string, login: Login): Promise<void> {
  await browser.open(address);
  await browser.until('the form of the log-in', `document.querySelector('#id_password') !== null`);
  await browser.evaluate(`(() => {
    const fill = (id, value) => {
      const field = document.getElementById(id);
      if (field && field.type !== 'hidden') field.value = value;
    };
    fill('id_domain', ${JSON.stringify(login.domain)});
    fill('id_username', ${JSON.stringify(login.user)});
    fill('id_password', ${JSON.stringify(login.password)});
    document.getElementById('id_password').form.querySelector('[type=submit]').click();
  })()`);
  await browser.until(`the page of ${login.user}`, LOGGED_IN, 90);
}
